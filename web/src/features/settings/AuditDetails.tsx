import { readDetails } from '../../lib/audit-details';
import { Copyable } from '../../ui/Copyable';
import classes from './AuditDetails.module.css';

interface Props {
  readonly details: Readonly<Record<string, unknown>>;
  readonly hash: string;
}

/** A hash or an ID, which is copied rather than read. */
const CODE = /^[0-9a-f-]{36,64}$/;

/** The details of an event as named values, and as JSON on request. */
export function AuditDetails({ details, hash }: Props) {
  return (
    <details>
      <summary>Show</summary>
      <dl className={classes.list}>
        {[...readDetails(details), { name: 'Hash', lines: [hash] }].map(({ name, lines }) => (
          <div key={name}>
            <dt>{name}</dt>
            {lines.map((line) => (
              <dd key={line}>{CODE.test(line) ? <Copyable value={line} /> : line}</dd>
            ))}
          </div>
        ))}
      </dl>
      <details>
        <summary>JSON</summary>
        <pre className={classes.json}>{JSON.stringify({ ...details, hash }, null, 2)}</pre>
      </details>
    </details>
  );
}
