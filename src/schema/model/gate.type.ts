import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';
import { type GateCheck, GateMetric, type GateRule, GateRuleKind } from '../../domain/model/gate.js';

registerEnumType(GateMetric, {
  name: 'GateMetric',
  description: 'A metric of a version, measured on the test split.',
  valuesConfig: {
    TEST_ACCURACY: { description: 'Share of test images classified correctly, 0 to 1.' },
    TEST_LOSS: { description: 'Loss on the test split, in nats; lower is better.' },
  },
});

registerEnumType(GateRuleKind, {
  name: 'GateRuleKind',
  description: 'Requirement of a gate rule.',
  valuesConfig: {
    MEASURED: { description: 'It was measured on a test split.' },
    SAME_DATASET: {
      description:
        'It was measured on the same test images with the same labels as the version in production: on the same dataset version, or on one with an equal test split.',
    },
    NOT_WORSE: { description: 'Its metric is at most `limit` worse than that of the version in production.' },
    THRESHOLD: { description: 'Its metric is at least `limit`; a loss, at most `limit`.' },
    CLASS_NOT_WORSE: {
      description: 'Its test accuracy of no class is more than `limit` below that of the version in production.',
    },
    CLASS_THRESHOLD: { description: 'Its test accuracy of every class is at least `limit`.' },
    SLICE_NOT_WORSE: {
      description:
        'Its test accuracy on a saved slice is at most `limit` below that of the version in production; both have 10 or more test images in it.',
    },
    SLICE_THRESHOLD: {
      description: 'Its test accuracy on a saved slice is at least `limit`, with 10 or more test images in it.',
    },
    CALIBRATED: { description: 'Its probabilities are calibrated.' },
    SELF_CHECKED: { description: 'It gave its reference answers when it was loaded.' },
  },
});

@ObjectType('GateCheck', { description: 'The verdict of one gate rule for a version.' })
export class GateCheckType implements GateCheck {
  @Field(() => String, { description: 'Name of the rule.' })
  rule!: string;

  @Field(() => Boolean, { description: 'Whether the version meets the rule.' })
  passed!: boolean;

  @Field(() => String, { description: 'The requirement and the measurement, in words.' })
  detail!: string;

  @Field(() => Float, { nullable: true, description: 'The required figure: a minimum, or a maximum for a loss.' })
  limit!: number | null;

  @Field(() => Float, { nullable: true, description: 'The figure of the version.' })
  measured!: number | null;
}

@ObjectType('GateRule', { description: 'A rule that a version must meet before `production` may point to it.' })
export class GateRuleType implements GateRule {
  @Field(() => GateRuleKind, { description: 'Kind of requirement.' })
  kind!: GateRuleKind;

  @Field(() => GateMetric, { description: 'The metric of NOT_WORSE and THRESHOLD.' })
  metric!: GateMetric;

  @Field(() => Float, {
    description:
      'Margin of NOT_WORSE, CLASS_NOT_WORSE and SLICE_NOT_WORSE, threshold of THRESHOLD, CLASS_THRESHOLD and SLICE_THRESHOLD: a share from 0 to 1, or nats.',
  })
  limit!: number;

  @Field(() => String, {
    nullable: true,
    description: 'The saved slice of SLICE_NOT_WORSE and SLICE_THRESHOLD, as `dataset/slice`; null for other rules.',
  })
  slice!: string | null;
}
