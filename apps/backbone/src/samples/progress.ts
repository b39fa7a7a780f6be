const width = 30;

/** A bar that redraws itself on a terminal; elsewhere one line at each quarter. */
export class Progress {
  #done = 0;
  #quarter = 0;

  constructor(
    private readonly title: string,
    private readonly total: number,
    private readonly out: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>,
  ) {
    this.#draw();
  }

  advance(): void {
    this.#done += 1;
    this.#draw();
  }

  #draw(): void {
    const share = this.total === 0 ? 1 : this.#done / this.total;
    const line = `${this.title} [${'█'.repeat(Math.round(share * width)).padEnd(width, '░')}] ${this.#done}/${this.total}`;
    if (this.out.isTTY) {
      this.out.write(`\r${line}${this.#done === this.total ? '\n' : ''}`);
    } else if (share * 4 >= this.#quarter) {
      this.#quarter = Math.floor(share * 4) + 1;
      this.out.write(`${line}\n`);
    }
  }
}
