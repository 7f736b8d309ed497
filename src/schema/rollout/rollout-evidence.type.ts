import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql';
import {
  type Agreement,
  type JudgedPairs,
  type JudgedSingles,
  type RolloutEvidence,
  RolloutVerdict,
} from '../../domain/rollout/rollout-evidence.js';

registerEnumType(RolloutVerdict, {
  name: 'RolloutVerdict',
  description: 'Whether the candidate of a rollout is more accurate than the present version on the judged photos.',
  valuesConfig: {
    BETTER: { description: 'It is more accurate. Wrong with a probability of at most `verdictErrorRate`.' },
    WORSE: { description: 'It is less accurate. Wrong with a probability of at most `verdictErrorRate`.' },
    UNDECIDED: { description: 'The judged photos do not tell yet.' },
  },
});

@ObjectType('JudgedPairs', {
  description: 'Judged photos that both versions of a rollout answered. Each photo counts once.',
})
class JudgedPairsType implements JudgedPairs {
  @Field(() => Int, { description: 'Number of these photos: the sum of the others.' })
  judged!: number;

  @Field(() => Int, { description: 'Photos on which both versions are right.' })
  bothRight!: number;

  @Field(() => Int, { description: 'Photos on which the candidate is right and the present version wrong.' })
  candidateRight!: number;

  @Field(() => Int, { description: 'Photos on which the present version is right and the candidate wrong.' })
  presentRight!: number;

  @Field(() => Int, { description: 'Photos on which both versions are wrong, with the same label or two.' })
  bothWrong!: number;
}

@ObjectType('JudgedSingles', {
  description: 'Judged photos that one version of a rollout answered and the other did not. Each photo counts once.',
})
class JudgedSinglesType implements JudgedSingles {
  @Field(() => Int, { description: 'Number of these photos.' })
  judged!: number;

  @Field(() => Int, { description: 'Photos on which the version is right.' })
  right!: number;
}

@ObjectType('RolloutAgreement', { description: 'How often both versions of a rollout gave a photo the same label.' })
class AgreementType implements Agreement {
  @Field(() => Int, { description: 'Photos that both versions answered, judged or not.' })
  compared!: number;

  @Field(() => Int, { description: 'Those with the same label.' })
  agreed!: number;

  @Field(() => Float, { description: 'Share of photos with the same label, 0 to 1.' })
  share!: number;

  @Field(() => Float, {
    description: 'Lower end of its interval, which holds at all times together but for `verdictErrorRate`.',
  })
  low!: number;

  @Field(() => Float, { description: 'Upper end of that interval.' })
  high!: number;
}

@ObjectType('RolloutEvidence', {
  description:
    'What judged photos say of the accuracies of the two versions of a rollout. All of it holds whenever and however often it is looked at, so that a rollout may be ended at the first verdict.',
})
export class RolloutEvidenceType implements RolloutEvidence {
  @Field(() => RolloutVerdict, { description: 'Whether the candidate is more accurate.' })
  verdict!: RolloutVerdict;

  @Field(() => String, { description: 'The verdict in words, with its counts and what is still needed.' })
  text!: string;

  @Field(() => Float, {
    description:
      'E-value against equal accuracies, 0 or more. The verdict falls at 1 / `verdictErrorRate`: 20 for an error rate of 0.05.',
  })
  eValue!: number;

  @Field(() => Float, { description: 'Always valid p-value of equal accuracies, 0 to 1: 1 / `eValue`, at most 1.' })
  pValue!: number;

  @Field(() => Float, {
    nullable: true,
    description: 'Accuracy of the candidate less that of the present version, -1 to 1; null without judged photos.',
  })
  difference!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'Lower end of the confidence sequence of `difference`: of all intervals that are ever shown none misses it, but for `verdictErrorRate`. Null without judged photos, and where the photos of both and those of one version contradict each other.',
  })
  low!: number | null;

  @Field(() => Float, { nullable: true, description: 'Upper end of that interval; null likewise.' })
  high!: number | null;

  @Field(() => JudgedPairsType, { description: 'Judged photos that both versions answered.' })
  both!: JudgedPairs;

  @Field(() => JudgedSinglesType, {
    description: 'Judged photos that the candidate answered alone. They tell in a CANARY.',
  })
  candidateOnly!: JudgedSingles;

  @Field(() => JudgedSinglesType, {
    description: 'Judged photos that the present version answered alone. They tell in a CANARY.',
  })
  presentOnly!: JudgedSingles;

  @Field(() => Int, { description: 'Judged photos that show none of the classes. They are in no other count.' })
  showNone!: number;

  @Field(() => Int, {
    nullable: true,
    description:
      'About how many more judged photos bring a verdict if the present rates are the true ones, in two digits; 0 after a verdict. Null where they are about equal or too few photos are judged: fewer than 5 on which one version alone is right, and fewer than 20 of either version alone.',
  })
  needed!: number | null;

  @Field(() => AgreementType, { nullable: true, description: 'Agreement of their answers; null before the first.' })
  agreement!: Agreement | null;
}
