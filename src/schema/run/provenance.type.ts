import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { CodeVersion } from '../../code-version.js';
import type {
  EnvironmentRecord,
  LabelledScores,
  Reproduction,
  ReproductionDifference,
  TestPrediction,
  TestPredictions,
} from '../../domain/run/provenance.js';
import type { Scores } from '../../training/class-metrics.js';
import type { Host, Library } from '../../training/environment.js';

@ObjectType('CodeRecord', { description: 'Which code ran.' })
export class CodeVersionType implements CodeVersion {
  @Field(() => String, { description: 'Version of the hub.' })
  version!: string;

  @Field(() => String, { nullable: true, description: 'Null outside a git checkout.' })
  commit!: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether files of that commit were changed.' })
  dirty!: boolean | null;
}

@ObjectType('LibraryRecord')
export class LibraryType implements Library {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  version!: string;
}

@ObjectType('HostRecord', { description: 'The machine that computed.' })
export class HostType implements Host {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  os!: string;

  @Field(() => String)
  cpu!: string;

  @Field(() => Int)
  cores!: number;

  @Field(() => Float)
  memoryBytes!: number;
}

@ObjectType('EnvironmentRecord', { description: 'Where a run computed, and with what besides its engine.' })
export class EnvironmentRecordType implements EnvironmentRecord {
  @Field(() => CodeVersionType)
  code!: CodeVersionType;

  @Field(() => String, { description: 'Version of Node.' })
  node!: string;

  @Field(() => [LibraryType])
  libraries!: readonly LibraryType[];

  @Field(() => HostType)
  host!: HostType;
}

@ObjectType('MacroAverage', { description: 'Unweighted means over the classes that have a value.' })
export class MacroAverageType implements Scores {
  @Field(() => Float, { nullable: true })
  precision!: number | null;

  @Field(() => Float, { nullable: true })
  recall!: number | null;

  @Field(() => Float, { nullable: true })
  f1!: number | null;
}

@ObjectType('ClassScores', { description: 'How one class was told apart from the others. Null is 0 / 0.' })
export class ClassScoresType implements LabelledScores {
  @Field(() => String)
  label!: string;

  @Field(() => Float, { nullable: true, description: 'Of the test images taken for this class, the share that was.' })
  precision!: number | null;

  @Field(() => Float, { nullable: true, description: 'Of the test images of this class, the share recognized.' })
  recall!: number | null;

  @Field(() => Float, { nullable: true, description: 'Harmonic mean of the two.' })
  f1!: number | null;

  @Field(() => Int, { description: 'Test images of this class.' })
  support!: number;
}

@ObjectType('TestPrediction', { description: 'What a run answered for one test image.' })
export class TestPredictionType implements TestPrediction {
  /** Which version the image is read from. */
  versionId!: string;

  @Field(() => Int, { description: 'Place in the dataset version, from 0; images lie by split, class and hash.' })
  image!: number;

  @Field(() => String, { description: 'Name of its file in what was registered.' })
  name!: string;

  @Field(() => String, { description: 'SHA-256 of its file.' })
  sha256!: string;

  @Field(() => String)
  trueClass!: string;

  @Field(() => String)
  predictedClass!: string;

  @Field(() => Float, { description: 'Probability of the predicted class.' })
  confidence!: number;
}

@ObjectType('TestPredictions', { description: 'Test images of one or more cells of the confusion matrix.' })
export class TestPredictionsType implements TestPredictions {
  @Field(() => Int, { description: 'How many there are.' })
  total!: number;

  @Field(() => [TestPredictionType], { description: 'The most confident first.' })
  images!: readonly TestPredictionType[];
}

@ObjectType('ReproductionDifference', { description: 'Something in which a repeated run differs from the first one.' })
export class ReproductionDifferenceType implements ReproductionDifference {
  @Field(() => String, { description: 'For example "engine.threads" or "epochs.2.trainLoss".' })
  what!: string;

  @Field(() => GraphQLJSON, { nullable: true })
  original!: unknown;

  @Field(() => GraphQLJSON, { nullable: true })
  now!: unknown;
}

@ObjectType('Reproduction', { description: 'Whether a run that was repeated came to the same.' })
export class ReproductionType implements Reproduction {
  @Field(() => Boolean, { description: 'Bit by bit: losses of all epochs, figures on the test split, weights.' })
  agrees!: boolean;

  @Field(() => [ReproductionDifferenceType], {
    description: 'What can be a cause (engine, code, libraries, host) before the first numbers that differ.',
  })
  differences!: readonly ReproductionDifferenceType[];
}
