import { Button, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { stageOf } from '../../lib/stage';
import { urls } from '../../lib/urls';
import classes from './NextStage.module.css';
import { isEnded } from './run-actions';

export const NEXT_STAGE = graphql(`
  fragment NextStage_run on Run {
    id state tags
  }
`);

/** What comes behind a run that was started as one of several. */
export function NextStage({ run: of }: { readonly run: FragmentOf<typeof NEXT_STAGE> }) {
  const { id, state, tags } = readFragment(NEXT_STAGE, of);
  const stage = stageOf(tags);
  if (!stage || stage.number >= stage.of) return null;
  const next = stage.number + 1;
  const title = `Stage ${stage.number} of ${stage.of} of the recipe "${stage.pipeline}"`;
  return (
    <section aria-labelledby="stage" className={classes.stage}>
      <Title order={2} id="stage">
        {title}
      </Title>
      {state === 'SUCCEEDED' ? (
        <>
          <Text mb="xs">The next stage goes on where this run ended.</Text>
          <Button size="xs" variant="default" component={Link} to={urls.fineTune(id, { ...stage, number: next })}>
            Prepare stage {next}
          </Button>
        </>
      ) : (
        <Text>
          {isEnded(state)
            ? 'The next stage needs a run that succeeded: resume this one first.'
            : `Stage ${next} goes on where this run ends, so it can be started here once this one has succeeded.`}
        </Text>
      )}
    </section>
  );
}
