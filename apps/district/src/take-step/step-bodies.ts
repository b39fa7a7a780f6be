import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsDefined,
  IsIn,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';

const facilityCode = /^[0-9]{2}[0-9A-Z]{3}$/;
const issuedNumber = /^[^\s\p{C}]{1,100}$/u;
const icd10 = /^[A-Z][0-9]{2}(\.[0-9A-Z]{1,4})?$/;
const moment = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** What every step may say: when it happened in the world, where that was not now. */
export class StepBody {
  @IsOptional()
  @Matches(moment)
  readonly at?: string;
}

export class NotedStepBody extends StepBody {
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  readonly note?: string;
}

export class AcceptBody extends NotedStepBody {
  @IsOptional()
  @Matches(moment)
  readonly appointment?: string;
}

export class ReasonedStepBody extends StepBody {
  @Matches(/\S/, { message: 'reason must be given' })
  @IsString()
  @MaxLength(2000)
  readonly reason!: string;
}

export class RedirectBody extends ReasonedStepBody {
  @Matches(facilityCode)
  readonly to!: string;
}

export class ArriveBody extends StepBody {
  /** The facility's own episode of care (MA_LK). */
  @IsOptional()
  @Matches(issuedNumber)
  readonly episode?: string;
}

export class DiagnosisBody {
  @Matches(icd10)
  readonly code!: string;

  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly display?: string;

  @IsIn(['main', 'comorbidity', 'traditional-medicine'])
  readonly role!: 'main' | 'comorbidity' | 'traditional-medicine';
}

export class AnswerContentBody {
  @IsOptional()
  @Matches(issuedNumber)
  readonly episode?: string;

  @IsArray()
  @ArrayMaxSize(30)
  @ValidateNested({ each: true })
  @Type(() => DiagnosisBody)
  readonly diagnoses!: DiagnosisBody[];

  @IsOptional()
  @IsString()
  @MaxLength(4000)
  readonly diagnosisText?: string;

  @IsOptional()
  @IsString()
  @MaxLength(10_000)
  readonly treatment?: string;

  /** KET_QUA_DTRI */
  @IsOptional()
  @Matches(/^[1-8]$/)
  readonly treatmentResult?: string;

  @IsOptional()
  @IsString()
  @MaxLength(10_000)
  readonly summary?: string;

  @IsOptional()
  @IsString()
  @MaxLength(4000)
  readonly followUp?: string;
}

export class AnswerBody extends StepBody {
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => AnswerContentBody)
  readonly answer!: AnswerContentBody;
}

/** The facility's own transfer paper back (TT 14/2014 type 2). */
export class PaperBody {
  @Matches(issuedNumber)
  readonly number!: string;

  @Matches(facilityCode)
  readonly to!: string;

  @Matches(moment)
  readonly issuedAt!: string;

  /** MA_LYDO_CT */
  @IsOptional()
  @Matches(/^[1-3]$/)
  readonly reasonCode?: string;

  @IsArray()
  @ArrayMaxSize(30)
  @ValidateNested({ each: true })
  @Type(() => DiagnosisBody)
  readonly diagnoses!: DiagnosisBody[];

  @IsOptional()
  @IsString()
  @MaxLength(4000)
  readonly diagnosisText?: string;

  @IsOptional()
  @IsString()
  @MaxLength(4000)
  readonly clinicalSigns?: string;

  @IsOptional()
  @IsString()
  @MaxLength(10_000)
  readonly course?: string;

  @IsOptional()
  @IsString()
  @MaxLength(10_000)
  readonly findings?: string;

  @IsOptional()
  @IsString()
  @MaxLength(10_000)
  readonly treatment?: string;

  @IsOptional()
  @IsString()
  @MaxLength(4000)
  readonly direction?: string;

  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly transport?: string;

  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly escort?: string;

  @IsOptional()
  @IsString()
  @MaxLength(500)
  readonly conditionAtTransfer?: string;

  @IsOptional()
  @IsString()
  @MaxLength(100)
  readonly practitioner?: string;
}

export class ReferBackBody extends NotedStepBody {
  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => PaperBody)
  readonly paper?: PaperBody;
}
