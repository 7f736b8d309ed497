import classes from './AliasTag.module.css';

/** An alias as a paper tag; that of production stands out. */
export function AliasTag({ name }: { readonly name: string }) {
  return (
    <span className={classes.tag} data-production={name === 'production' || undefined}>
      {name}
    </span>
  );
}
