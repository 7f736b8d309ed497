import { Button, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { type FragmentOf, graphql, readFragment } from '../../graphql';
import { isUnderWay } from '../../lib/runs';
import { stageOf } from '../../lib/stage';
import { urls } from '../../lib/urls';
import classes from './NextStage.module.css';

export const NEXT_STAGE = graphql(`
  fragment NextStage_run on Run {
    id state tags
  }
`);

/** The next stage of a run that is part of a pipeline. */
export function NextStage({ run: of }: { readonly run: FragmentOf<typeof NEXT_STAGE> }) {
  const { id, state, tags } = readFragment(NEXT_STAGE, of);
  const stage = stageOf(tags);
  if (!stage || stage.number >= stage.of) return null;
  const next = stage.number + 1;
  const title = `Stage ${stage.number} of ${stage.of} of the recipe “${stage.pipeline}”`;
  return (
    <section aria-labelledby="stage" className={classes.stage}>
      <Title order={2} id="stage">
        {title}
      </Title>
      {state === 'SUCCEEDED' ? (
        <>
          <Text mb="xs">The next stage continues from this run.</Text>
          <Button size="xs" variant="default" component={Link} to={urls.fineTune(id, { ...stage, number: next })}>
            Prepare stage {next}
          </Button>
        </>
      ) : (
        <Text>
          {isUnderWay(state)
            ? `Stage ${next} continues from this run. You can start it here once this run has succeeded.`
            : 'The next stage needs a run that succeeded. Resume this one first.'}
        </Text>
      )}
    </section>
  );
}
