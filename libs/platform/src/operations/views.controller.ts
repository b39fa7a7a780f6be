import { Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import type { Bilingual } from '#domain/bilingual.js';
import type { EventStore, Position } from '#event-store/event-store.js';
import type { ViewStatus } from '#projections/projection.js';
import type { SetAsideEvent, View, ViewHost } from '#projections/view-host.js';
import { NoPersonalData, RequireScope } from '#security/http/access.js';
import { Problem } from '../http/problem.js';
import { EVENT_STORE, VIEW_HOST } from '../injection.js';

/** What operators see of views, and do with them. Holds no personal data. */
@Controller('views')
@NoPersonalData()
export class ViewsController {
  constructor(
    @Inject(VIEW_HOST) private readonly views: ViewHost,
    @Inject(EVENT_STORE) private readonly events: EventStore,
  ) {}

  /** Each view's position, the log's position, the delay between them, and what is being built. */
  @RequireScope('operations.read')
  @Get()
  async statuses(): Promise<{ position: Position; views: readonly ViewStatus[] }> {
    const [position, views] = await Promise.all([this.events.head(), this.views.statuses()]);
    return { position, views };
  }

  @RequireScope('operations.read')
  @Get(':name')
  status(@Param('name') name: string): Promise<ViewStatus> {
    return this.#view(name).status();
  }

  /** 202: begun; its progress is in the status, under `build`. */
  @RequireScope('operations.write')
  @Post(':name/rebuild')
  @HttpCode(202)
  async rebuild(@Param('name') name: string): Promise<ViewStatus> {
    const view = this.#view(name);
    const outcome = await view.rebuild();
    const status = await view.status();
    if (outcome === 'under-way') throw conflict('build-under-way', status, underWay);
    return status;
  }

  @RequireScope('operations.write')
  @Delete(':name/rebuild')
  async cancel(@Param('name') name: string): Promise<ViewStatus> {
    const view = this.#view(name);
    const outcome = await view.cancelRebuild();
    const status = await view.status();
    if (outcome === 'none') throw conflict('no-rebuild', status, noRebuild);
    if (outcome === 'needed') throw conflict('build-needed', status, needed);
    return status;
  }

  /** Events that could not be applied: which, and the kind of error; nothing of what they say. */
  @RequireScope('operations.read')
  @Get(':name/set-aside')
  async setAside(@Param('name') name: string): Promise<{ events: readonly SetAsideEvent[] }> {
    return { events: await this.#view(name).setAside() };
  }

  @RequireScope('operations.write')
  @Post(':name/retry-set-aside')
  @HttpCode(200)
  retry(@Param('name') name: string): Promise<{ applied: number; remaining: number }> {
    return this.#view(name).retrySetAside();
  }

  #view(name: string): View {
    const view = this.views.find(name);
    if (view) return view;
    throw new Problem(404, 'unknown-view', { vi: 'Không có khung nhìn này', en: 'There is no such view' });
  }
}

const underWay: Bilingual = { vi: 'Khung nhìn này đang được dựng', en: 'This view is being built already' };
const noRebuild: Bilingual = { vi: 'Khung nhìn này không có lần dựng lại nào', en: 'This view is not being rebuilt' };
const needed: Bilingual = {
  vi: 'Phiên bản này chưa có bản nào khác: không thể dừng việc dựng nó',
  en: 'This version has no other to go back to: its building cannot be given up',
};

function conflict(code: string, status: ViewStatus, title: Bilingual): Problem {
  return new Problem(409, code, title, { extensions: { view: status } });
}
