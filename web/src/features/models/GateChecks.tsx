import { type FragmentOf, graphql, readFragment } from '../../graphql';
import classes from './GateChecks.module.css';

export const GATE_CHECK = graphql(`
  fragment GateChecks_check on GateCheck { rule passed detail }
`);

/** The gate's verdicts on a version. */
export function GateChecks({ of }: { readonly of: readonly FragmentOf<typeof GATE_CHECK>[] }) {
  const checks = readFragment(GATE_CHECK, of);
  if (checks.length === 0) return <p>The gate does not guard this alias.</p>;
  return (
    <ul className={classes.checks} aria-label="Gate checks">
      {checks.map(({ rule, passed, detail }) => (
        <li key={rule} className={classes.check} data-passed={passed}>
          <span className={classes.verdict}>{passed ? '✓ passed' : '✗ failed'}</span>
          <span>{rule}</span>
          <span className={classes.detail}>{detail}</span>
        </li>
      ))}
    </ul>
  );
}
