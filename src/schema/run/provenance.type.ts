import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Which code ran.' })
export class CodeRecord {
  @Field(() => String, { description: 'Version of the hub.' })
  version!: string;

  @Field(() => String, { nullable: true, description: 'Null outside a git checkout.' })
  commit!: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether files of that commit were changed.' })
  dirty!: boolean | null;
}

@ObjectType()
export class LibraryRecord {
  @Field(() => String)
  name!: string;

  @Field(() => String)
  version!: string;
}

@ObjectType({ description: 'The machine that computed.' })
export class HostRecord {
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

@ObjectType({ description: 'Where a run computed, and with what besides its engine.' })
export class EnvironmentRecord {
  @Field(() => CodeRecord)
  code!: CodeRecord;

  @Field(() => String, { description: 'Version of Node.' })
  node!: string;

  @Field(() => [LibraryRecord])
  libraries!: LibraryRecord[];

  @Field(() => HostRecord)
  host!: HostRecord;
}

@ObjectType({ description: 'Unweighted means over the classes that have a value.' })
export class MacroAverage {
  @Field(() => Float, { nullable: true })
  precision!: number | null;

  @Field(() => Float, { nullable: true })
  recall!: number | null;

  @Field(() => Float, { nullable: true })
  f1!: number | null;
}

@ObjectType('ClassScores', { description: 'How one class was told apart from the others. Null is 0 / 0.' })
export class ClassScoresType {
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
export class TestPredictionType {
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
export class TestPredictionsType {
  @Field(() => Int, { description: 'How many there are.' })
  total!: number;

  @Field(() => [TestPredictionType], { description: 'The most confident first.' })
  images!: TestPredictionType[];
}

@ObjectType({ description: 'Something in which a repeated run differs from the first one.' })
export class ReproductionDifference {
  @Field(() => String, { description: 'For example "engine.threads" or "epochs.2.trainLoss".' })
  what!: string;

  @Field(() => GraphQLJSON, { nullable: true })
  original!: unknown;

  @Field(() => GraphQLJSON, { nullable: true })
  now!: unknown;
}

@ObjectType({ description: 'Whether a run that was repeated came to the same.' })
export class Reproduction {
  @Field(() => Boolean, { description: 'Bit by bit: losses of all epochs, figures on the test split, weights.' })
  agrees!: boolean;

  @Field(() => [ReproductionDifference], {
    description: 'What can be a cause (engine, code, libraries, host) before the first numbers that differ.',
  })
  differences!: ReproductionDifference[];
}
