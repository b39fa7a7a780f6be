import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { NoPersonalData, RequireScope } from '#security/http/access.js';
import { Parameters, wrongParameter } from '../statistics/parameters.js';
import { type SeriesAnswer, type SeriesKind, seriesKinds, ShowSeries } from './show-series.query.js';

class SeriesParameters {
  @IsOptional()
  @IsString()
  @MaxLength(60)
  readonly indicator?: string;

  @IsOptional()
  @IsString()
  @MaxLength(20)
  readonly place?: string;

  @IsOptional()
  @IsString()
  @MaxLength(10)
  readonly from?: string;

  @IsOptional()
  @IsString()
  @MaxLength(10)
  readonly to?: string;

  @IsOptional()
  @IsString()
  @MaxLength(10)
  readonly by?: string;
}

@Controller('statistics/series')
@RequireScope('statistics.read')
@NoPersonalData()
export class ShowSeriesController {
  constructor(
    private readonly queries: QueryBus,
    private readonly parameters: Parameters,
  ) {}

  @Get()
  show(@Query() asked: SeriesParameters): Promise<SeriesAnswer> {
    const { parameters } = this;
    const from = parameters.day('from', asked.from);
    const to = parameters.day('to', asked.to);
    if (from && to && to < from) {
      throw wrongParameter('to', { vi: 'to không được trước from.', en: 'to must not be before from.' });
    }
    return this.queries.execute(
      new ShowSeries(parameters.indicator(asked.indicator), parameters.place(asked.place), kindOf(asked.by), from, to),
    );
  }
}

function kindOf(text = 'day'): SeriesKind {
  const kind = seriesKinds.find((each) => each === text);
  if (kind) return kind;
  throw wrongParameter('by', {
    vi: `by phải là một trong: ${seriesKinds.join(', ')}.`,
    en: `by must be one of: ${seriesKinds.join(', ')}.`,
  });
}
