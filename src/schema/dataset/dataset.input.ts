import { IsOptional, Length, Matches, Max, MaxLength, Min } from 'class-validator';
import { Field, Float, InputType, Int } from 'type-graphql';
import type { UploadPromise } from '../../http/upload.js';
import { UploadScalar } from '../../http/upload.js';
import { NAME_PATTERN, NAME_RULE } from '../names.js';

@InputType()
export class CreateDatasetInput {
  @Field(() => String, { description: NAME_RULE })
  @Matches(NAME_PATTERN, { message: NAME_RULE })
  name!: string;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @MaxLength(2000)
  description?: string | null;
}

@InputType({
  description:
    'Images in folders by class, with or without train/validation/test folders above. Give exactly one of upload and path.',
})
export class RegisterDatasetVersionInput {
  @Field(() => String, { description: 'Name of the dataset.' })
  @Length(1, 100)
  dataset!: string;

  @Field(() => UploadScalar, { nullable: true, description: 'A zip, tar or tar.gz archive.' })
  upload?: UploadPromise | null;

  @Field(() => String, { nullable: true, description: 'A folder or archive on the server, in a folder it allows.' })
  @IsOptional()
  @Length(1, 4096)
  path?: string | null;

  @Field(() => Float, { defaultValue: 0.2, description: 'Share drawn as test split where the source brings none.' })
  @Min(0.01)
  @Max(0.9)
  testFraction!: number;

  @Field(() => Float, { defaultValue: 0, description: 'Share drawn as validation split where the source brings none.' })
  @Min(0)
  @Max(0.5)
  validationFraction!: number;

  @Field(() => Int, { defaultValue: 0, description: 'Decides which images are drawn.' })
  @Min(0)
  seed!: number;
}
