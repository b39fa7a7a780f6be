import { type DynamicModule, Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { IntakeInProcess } from './intake-in-process.js';
import { IntakeOverHttp, noIntake } from './intake-over-http.js';
import { INTAKE, type IntakePort } from './intake-port.js';

/** Provides {@link INTAKE} to every module. */
@Module({})
export class IntakeModule {
  /** @param place `here` where intake is in this process, else its address; `undefined` where nobody has said */
  static at(place: string | undefined): DynamicModule {
    const intake = {
      provide: INTAKE,
      inject: [HttpAdapterHost],
      useFactory: ({ httpAdapter }: HttpAdapterHost): IntakePort => {
        if (place === undefined) return noIntake;
        return place === 'here'
          ? new IntakeInProcess(() => httpAdapter.getInstance<FastifyInstance>())
          : new IntakeOverHttp(place);
      },
    };
    return { module: IntakeModule, global: true, providers: [intake], exports: [INTAKE] };
  }
}
