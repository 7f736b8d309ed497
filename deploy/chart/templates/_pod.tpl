{{- define "hub.name" -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end }}

{{- define "hub.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "hub.labels" -}}
{{ include "hub.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "hub.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "hub.name" .) "default") -}}
{{- end }}

{{/* The pod of a process. Takes a dict: root, roles, of (the values of the role). */}}
{{- define "hub.pod" -}}
{{- $values := .root.Values -}}
serviceAccountName: {{ include "hub.serviceAccount" .root }}
{{- with $values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
# At most: a hub stops within 10 seconds, after the 5 in which no request is sent to it any more. A run is handed over at once.
terminationGracePeriodSeconds: 75
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile:
    type: RuntimeDefault
containers:
  - name: hub
    image: "{{ $values.image.repository }}:{{ $values.image.tag | default .root.Chart.AppVersion }}"
    imagePullPolicy: {{ $values.image.pullPolicy }}
    args:
      - start
      - --data=/data
      - --host=0.0.0.0
      - --roles={{ .roles }}
      - --blobs={{ required "blobs.url is required, such as s3://my-bucket/hub" $values.blobs.url }}
      - --blob-cache={{ $values.blobs.cache }}
      {{- with $values.basePath }}
      - --base-path={{ . }}
      {{- end }}
      {{- with .of.grpcPort }}
      - --grpc-port={{ . }}
      {{- end }}
      {{- range .of.options }}
      - {{ . | quote }}
      {{- end }}
    env:
      - name: DATABASE_URL
        valueFrom:
          secretKeyRef:
            name: {{ required "database.secret is required: a Secret with the address of the database" $values.database.secret }}
            key: {{ $values.database.key }}
      - name: AWS_REGION
        value: {{ $values.blobs.region | quote }}
      {{- with $values.blobs.endpoint }}
      - name: AWS_ENDPOINT_URL_S3
        value: {{ . | quote }}
      {{- end }}
      {{- if $values.blobs.secret }}
      - name: AWS_ACCESS_KEY_ID
        valueFrom:
          secretKeyRef:
            name: {{ $values.blobs.secret }}
            key: {{ $values.blobs.accessKey }}
      - name: AWS_SECRET_ACCESS_KEY
        valueFrom:
          secretKeyRef:
            name: {{ $values.blobs.secret }}
            key: {{ $values.blobs.secretKey }}
      {{- end }}
    ports:
      - name: http
        containerPort: 4000
      {{- with .of.grpcPort }}
      - name: grpc
        containerPort: {{ . }}
      {{- end }}
    livenessProbe:
      httpGet: { path: /health, port: http }
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 6
    {{- if eq .roles "train" }}
    startupProbe:
      httpGet: { path: /health, port: http }
      periodSeconds: 5
      timeoutSeconds: 5
      failureThreshold: 24
    {{- else }}
    # /ready waits for every version that serves. The readinessProbe does not ask it: it fails while the database is away, when
    # photos are still answered.
    startupProbe:
      httpGet: { path: /ready, port: http }
      periodSeconds: 5
      timeoutSeconds: 5
      failureThreshold: {{ div .of.startSeconds 5 }}
    readinessProbe:
      httpGet: { path: /v2/health/ready, port: http }
      periodSeconds: 5
      timeoutSeconds: 5
      failureThreshold: 2
    lifecycle:
      preStop:
        exec:
          command: [sleep, "5"]
    {{- end }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities:
        drop: [ALL]
    resources:
      {{- toYaml .of.resources | nindent 6 }}
    volumeMounts:
      - name: data
        mountPath: /data
      - name: tmp
        mountPath: /tmp
volumes:
  # Copies of blobs, which may be lost with the pod.
  - name: data
    emptyDir: {}
  - name: tmp
    emptyDir: {}
{{- with .of.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .of.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
