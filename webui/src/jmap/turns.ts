/** Lets a few go at a time; the others wait in the order in which they came. */
export class Turns {
  private going = 0;
  private readonly waiting: (() => void)[] = [];

  async take<T>(most: number, action: () => Promise<T>): Promise<T> {
    if (this.going >= most) await new Promise<void>((go) => this.waiting.push(go));
    else this.going += 1;
    try {
      return await action();
    } finally {
      // Whoever comes next takes this place.
      const next = this.waiting.shift();
      if (next) next();
      else this.going -= 1;
    }
  }
}
