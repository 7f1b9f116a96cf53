import { DecoratorHandler, type Dispatcher } from 'undici';

/** Asked around every sending of a call that makes a job, by whoever keeps the books. */
export interface SendGate {
  /** Before an attempt; nothing has left yet. What it throws ends the call as not sent. */
  open(uploadBytes: number): Promise<void>;
  /** In the turn in which the request is handed to an open connection. What it throws keeps the request back. */
  pass(): void;
  /** In the turn in which a piece of the body goes out. What it throws leaves the request unfinished, so that no job is made. */
  goOn(): void;
  /** For certain, the attempt made no job. */
  refused(error: unknown): Promise<void>;
}

/**
 * Calls `pass` once the connection stands, tunnels and TLS included, and before the first byte of the request is written.
 * Source: undici writes a request in the same turn in which it tells its handler that it starts.
 */
export function askedAtHandover(dispatcher: Dispatcher, pass: () => void): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => dispatch(options, new AskingHandler(handler, pass)));
}

class AskingHandler extends DecoratorHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #pass: () => void;

  constructor(handler: Dispatcher.DispatchHandler, pass: () => void) {
    super(handler);
    this.#handler = handler;
    this.#pass = pass;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#pass();
    this.#handler.onRequestStart?.(controller, context);
  }
}
