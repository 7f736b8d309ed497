/** Values that tests render the chart with, as `--set` of `helm template`, by the name of the file with the result in chart/. */
export const CHART_VALUES: Readonly<Record<string, readonly string[]>> = {
  default: ['database.secret=hub-database', 'blobs.url=s3://my-bucket/hub'],
  everything: [
    'database.secret=hub-database',
    'blobs.url=s3://hub/hub',
    'blobs.endpoint=http://s3.storage:9000',
    'blobs.secret=hub-s3',
    'basePath=/hub',
    'ingress.enabled=true',
    'ingress.className=nginx',
    'ingress.tlsSecret=hub-tls',
    'monitor.enabled=true',
    'monitor.tokenSecret=hub-token',
    'autoscaling.enabled=true',
    'serve.grpcPort=8001',
    'serve.options={--serving-queue,128}',
    'train.options={--device,cpu}',
    'train.nodeSelector.pool=training',
    'imagePullSecrets[0].name=registry',
    'serviceAccount.annotations.role=hub',
  ],
};
