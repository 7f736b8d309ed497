import { GraphQLJSON } from 'graphql-scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import type { CodeVersion } from '../../code-version.js';
import type {
  EnvironmentRecord,
  LabeledScores,
  Reproduction,
  ReproductionDifference,
  TestPrediction,
  TestPredictions,
} from '../../domain/run/provenance.js';
import type { Scores } from '../../training/class-metrics.js';
import type { Host, Library } from '../../training/environment.js';

@ObjectType('CodeRecord', { description: 'Version of the hub that trained a run.' })
export class CodeVersionType implements CodeVersion {
  @Field(() => String, { description: 'Version of the package.' })
  version!: string;

  @Field(() => String, { nullable: true, description: 'Commit of the git checkout; null outside one.' })
  commit!: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether files differed from that commit.' })
  dirty!: boolean | null;
}

@ObjectType('LibraryRecord', { description: 'A library that a run was trained with.' })
export class LibraryType implements Library {
  @Field(() => String, { description: 'Name of the library.' })
  name!: string;

  @Field(() => String, { description: 'Version of the library.' })
  version!: string;
}

@ObjectType('HostRecord', { description: 'The machine that trained a run.' })
export class HostType implements Host {
  @Field(() => String, { description: 'Host name.' })
  name!: string;

  @Field(() => String, { description: 'Operating system and its version.' })
  os!: string;

  @Field(() => String, { description: 'Model of the processor.' })
  cpu!: string;

  @Field(() => Int, { description: 'Number of cores that the process may use.' })
  cores!: number;

  @Field(() => Float, { description: 'Memory of the machine, in bytes.' })
  memoryBytes!: number;
}

@ObjectType('EnvironmentRecord', {
  description: 'Code, libraries and machine that trained a run; its engine is recorded apart.',
})
export class EnvironmentRecordType implements EnvironmentRecord {
  @Field(() => CodeVersionType, { description: "Version of the hub's code." })
  code!: CodeVersionType;

  @Field(() => String, { description: 'Version of Node.js.' })
  node!: string;

  @Field(() => [LibraryType], { description: 'Libraries that take part in the computation.' })
  libraries!: readonly LibraryType[];

  @Field(() => HostType, { description: 'The machine.' })
  host!: HostType;
}

@ObjectType('MacroAverage', { description: 'Unweighted means over the classes with a value.' })
export class MacroAverageType implements Scores {
  @Field(() => Float, { nullable: true, description: 'Mean precision of the classes; null where a class has none.' })
  precision!: number | null;

  @Field(() => Float, { nullable: true, description: 'Mean recall of the classes; null where a class has none.' })
  recall!: number | null;

  @Field(() => Float, { nullable: true, description: 'Mean F1 score of the classes; null where a class has none.' })
  f1!: number | null;
}

@ObjectType('ClassScores', { description: 'Scores of one class on the test split. Null stands for 0 / 0.' })
export class ClassScoresType implements LabeledScores {
  @Field(() => String, { description: 'Name of the class.' })
  label!: string;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the test images predicted as this class that belong to it.',
  })
  precision!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the test images of this class that are predicted as it.',
  })
  recall!: number | null;

  @Field(() => Float, { nullable: true, description: 'Harmonic mean of precision and recall.' })
  f1!: number | null;

  @Field(() => Int, { description: 'Number of test images of this class.' })
  support!: number;
}

/** The answer of a run for a test image. */
@ObjectType()
export abstract class AnsweredImage implements Omit<TestPrediction, 'sha256'> {
  /** The dataset version that holds the image. */
  versionId!: string;

  @Field(() => Int, {
    description: 'Index in the dataset version, from 0. Images are ordered by split, class and hash.',
  })
  image!: number;

  @Field(() => String, { description: 'Name of its file in the source.' })
  name!: string;

  @Field(() => String, { description: "Name of the image's class." })
  trueClass!: string;

  @Field(() => String, { description: 'Name of the predicted class.' })
  predictedClass!: string;

  @Field(() => Float, { description: 'Probability of the predicted class.' })
  confidence!: number;
}

@ObjectType('TestPrediction', { description: "A run's answer for one test image." })
export class TestPredictionType extends AnsweredImage implements TestPrediction {
  @Field(() => String, { description: 'SHA-256 of its file.' })
  sha256!: string;
}

@ObjectType('TestPredictions', { description: 'Test images of one or more cells of the confusion matrix.' })
export class TestPredictionsType implements TestPredictions {
  @Field(() => Int, { description: 'Count of all, also those not listed.' })
  total!: number;

  @Field(() => [TestPredictionType], { description: 'Most confident first.' })
  images!: readonly TestPredictionType[];
}

@ObjectType('ReproductionDifference', { description: 'A value in which a reproduction differs from the original run.' })
export class ReproductionDifferenceType implements ReproductionDifference {
  @Field(() => String, { description: 'Path of the value, for example "engine.threads" or "epochs.2.trainLoss".' })
  what!: string;

  @Field(() => GraphQLJSON, { nullable: true, description: 'Value in the original run; null if it had none.' })
  original!: unknown;

  @Field(() => GraphQLJSON, { nullable: true, description: 'Value in the reproduction; null if it has none.' })
  now!: unknown;
}

@ObjectType('Reproduction', { description: 'Comparison of a reproduction with the original run.' })
export class ReproductionType implements Reproduction {
  @Field(() => Boolean, { description: 'Whether losses of all epochs, test figures and weights are equal bit by bit.' })
  agrees!: boolean;

  @Field(() => [ReproductionDifferenceType], {
    description: 'Possible causes (engine, code, libraries, host), then the first numbers that differ.',
  })
  differences!: readonly ReproductionDifferenceType[];
}
