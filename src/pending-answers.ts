/** A kind of request as it is made, before it has an id. */
export type Unsent<R> = R extends { readonly id: number } ? Omit<R, 'id'> : never;

interface Waiting<T> {
  resolve(answer: T): void;
  reject(error: Error): void;
}

/** Requests to a thread that it has not answered yet. An answer carries the id of its request. */
export class PendingAnswers<T> {
  readonly #waiting = new Map<number, Waiting<T>>();
  #lastId = 0;

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** @param send sends the request under an id. */
  ask(send: (id: number) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const id = this.nextId();
      this.#waiting.set(id, { resolve, reject });
      send(id);
    });
  }

  resolve(id: number, answer: T): void {
    this.#take(id)?.resolve(answer);
  }

  reject(id: number, error: Error): void {
    this.#take(id)?.reject(error);
  }

  rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #take(id: number): Waiting<T> | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}
