import classes from './AliasTag.module.css';

/** An alias as a paper tag; production is highlighted. */
export function AliasTag({ name }: { readonly name: string }) {
  return (
    <span className={classes.tag} data-production={name === 'production' || undefined}>
      {name}
    </span>
  );
}
