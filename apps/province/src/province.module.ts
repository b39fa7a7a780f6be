import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { SECRETS, VIEW_HOST } from '#platform/injection.js';
import type { View, ViewHost } from '#projections/view-host.js';
import type { Secrets } from '#security/secrets.js';
import { CLOCK } from './clock.js';
import { DASHBOARD_FILES, DashboardController, readDashboardFiles } from './dashboard/dashboard.controller.js';
import type { ProvinceFiguresSettings } from './figures/province-figures.projection.js';
import { FollowLiveController } from './follow-live/follow-live.controller.js';
import { LiveFigures } from './follow-live/live-figures.js';
import { Labels } from './labels/labels.js';
import { ReconcileController } from './reconcile/reconcile.controller.js';
import { ReconcileHandler } from './reconcile/reconcile.handler.js';
import { Recounts } from './recount/recounts.js';
import { ShowIndicatorsController } from './show-indicators/show-indicators.controller.js';
import { ShowIndicatorsHandler } from './show-indicators/show-indicators.handler.js';
import { MeasureReportsController } from './show-measure-reports/measure-reports.controller.js';
import { ShowSeriesController } from './show-series/show-series.controller.js';
import { ShowSeriesHandler } from './show-series/show-series.handler.js';
import { FIGURES_VIEW } from './statistics/figures-view.js';
import { Parameters } from './statistics/parameters.js';
import { TARGETS } from './targets/injection.js';
import { loadTargets } from './targets/targets.js';

function openFigures(views: ViewHost, { pseudonymKey }: Pick<Secrets, 'pseudonymKey'>): Promise<View> {
  const settings: ProvinceFiguresSettings = { pseudonymKey: Buffer.from(pseudonymKey).toString('hex') };
  return views.add({ module: new URL('./figures/province-figures.projection.js', import.meta.url), settings });
}

/** The province's service: indicators, their series and live stream, reconciliation with the log, and the dashboard. */
@Module({
  imports: [CqrsModule],
  controllers: [
    ShowIndicatorsController,
    ShowSeriesController,
    MeasureReportsController,
    FollowLiveController,
    ReconcileController,
    DashboardController,
  ],
  providers: [
    { provide: FIGURES_VIEW, inject: [VIEW_HOST, SECRETS], useFactory: openFigures },
    { provide: CLOCK, useValue: Date.now },
    { provide: TARGETS, useFactory: loadTargets },
    { provide: DASHBOARD_FILES, useFactory: readDashboardFiles },
    Labels,
    Parameters,
    Recounts,
    LiveFigures,
    ShowIndicatorsHandler,
    ShowSeriesHandler,
    ReconcileHandler,
  ],
})
export class ProvinceModule {}
