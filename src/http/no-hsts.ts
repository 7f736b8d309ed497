/**
 * For every use of helmet. A hub speaks plain HTTP: behind a proxy with TLS, its Strict-Transport-Security would be that of the
 * whole domain, which is the proxy's to decide.
 */
export const NO_HSTS = { strictTransportSecurity: false } as const;
