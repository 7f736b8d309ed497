import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { type AnyValueMap, type LogRecord, SeverityNumber } from '@opentelemetry/api-logs';
import { levels } from 'pino';

const SEVERITIES: Readonly<Record<string, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  fatal: SeverityNumber.FATAL,
};

/** A line that pino has written. */
interface Line extends AnyValueMap {
  level: number;
  time: number;
  msg?: string;
  err?: { type?: string; message?: string; stack?: string };
  trace_id?: string;
  span_id?: string;
  trace_flags?: string;
}

/** A line of the log, from which secrets are gone already, as a record of OpenTelemetry. */
export function toLogRecord(text: string): LogRecord {
  const { level, time, msg, err, trace_id, span_id, trace_flags, ...rest } = JSON.parse(text) as Line;
  const severityText = levels.labels[level] ?? String(level);
  const exception = err && {
    'exception.type': err.type,
    'exception.message': err.message,
    'exception.stacktrace': err.stack,
  };
  const isOfSpan = trace_id !== undefined && span_id !== undefined;
  const spanContext = {
    traceId: trace_id ?? '',
    spanId: span_id ?? '',
    traceFlags: Number.parseInt(trace_flags ?? '0', 16),
  };
  return {
    timestamp: time,
    severityText,
    severityNumber: SEVERITIES[severityText] ?? SeverityNumber.UNSPECIFIED,
    body: msg ?? err?.message ?? '',
    attributes: { ...rest, ...exception },
    ...(isOfSpan && { context: trace.setSpanContext(ROOT_CONTEXT, spanContext) }),
  };
}
