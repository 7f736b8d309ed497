/** The facts of a JPEG that its memory and its readability depend on. */
export interface JpegHeader {
  /** Bits of a sample. */
  readonly precision: number;
  readonly isLossless: boolean;
  /** Whether all coefficients are kept in memory: progressive files, and those with a scan for each component. */
  readonly isBuffered: boolean;
  /** Samples per pixel with subsampled colors: 1.5 for 4:2:0, 3 for 4:4:4. */
  readonly samplesPerPixel: number;
}

const SOS = 0xda;
const EOI = 0xd9;
/** Start-of-frame markers are 0xc0 to 0xcf, without those of tables (DHT, JPG, DAC). */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
const isProgressive = (marker: number): boolean => [0xc2, 0xc6, 0xca, 0xce].includes(marker);
const isLossless = (marker: number): boolean => [0xc3, 0xc7, 0xcb, 0xcf].includes(marker);

/** Reads the frame and the first scan (ITU T.81, annex B.2); null for a file that ends before or is damaged. */
export function jpegHeader(encoded: Uint8Array): JpegHeader | null {
  const bytes = Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength);
  let frame: { marker: number; components: number; precision: number; samples: number } | null = null;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at + 1]!;
    if (bytes[at] !== 0xff || marker === EOI) return null;
    if (marker === 0xff) {
      at += 1; // fill bytes
      continue;
    }
    const length = bytes.readUInt16BE(at + 2);
    if (at + 2 + length > bytes.length || length < 2) return null;
    if (isFrame(marker)) {
      const components = bytes[at + 9] ?? 0;
      const factors = Array.from({ length: components }, (_, i) => bytes[at + 11 + 3 * i] ?? 0);
      const across = Math.max(...factors.map((each) => each >> 4));
      const down = Math.max(...factors.map((each) => each & 15));
      const samples = factors.reduce((sum, each) => sum + ((each >> 4) * (each & 15)) / (across * down), 0);
      frame = { marker, components, precision: bytes[at + 4]!, samples };
    }
    if (marker === SOS) {
      if (frame === null || !Number.isFinite(frame.samples)) return null;
      return {
        precision: frame.precision,
        isLossless: isLossless(frame.marker),
        isBuffered: isProgressive(frame.marker) || bytes[at + 4]! < frame.components,
        samplesPerPixel: frame.samples,
      };
    }
    at += 2 + length;
  }
  return null;
}
