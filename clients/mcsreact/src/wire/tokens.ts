// The host's tokens, refreshed once however many requests are refused at the same time.

/** Gives the token to send, or null for none. `isRefused`: the one given last was refused, so refresh it. */
export type GetToken = (isRefused: boolean) => string | null | Promise<string | null>;

export class Tokens {
  private last: string | null = null;
  private renewal: Promise<string | null> | null = null;

  constructor(private readonly getToken: GetToken) {}

  /** The token as it is now. */
  async take(): Promise<string | null> {
    this.last = await this.getToken(false);
    return this.last;
  }

  /** Another one in place of one that was refused: the one somebody else has got meanwhile, else a fresh one. */
  async renew(refused: string | null): Promise<string | null> {
    if (this.renewal === null && this.last !== refused) return this.last;
    this.renewal ??= Promise.resolve(this.getToken(true)).finally(() => {
      this.renewal = null;
    });
    this.last = await this.renewal;
    return this.last;
  }
}
