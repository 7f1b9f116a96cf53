/** What the studio tells its page, beside the answers of the Videos API. */

export type Status = 'queued' | 'in_progress' | 'completed' | 'failed';
export type Operation = 'create' | 'remix' | 'edit' | 'extension';

/** A job as the wall shows it. */
export interface Card {
  id: string;
  /** Its place: a newer job has a higher one. */
  number: number;
  status: Status;
  /** Percent. */
  progress: number;
  model: string;
  /** The beginning of it. */
  prompt: string;
  seconds: string;
  size: string;
  /** Unix seconds. */
  created_at: number;
  operation: Operation;
  error: string | null;
}

/** How many jobs there are of each status. */
export type Counts = Record<Status, number>;

export interface CardPage {
  /** Newest first. */
  jobs: Card[];
  has_more: boolean;
  counts: Counts;
  /** Where an event stream goes on from. */
  version: number;
}

/** What happened since the event before. */
export interface Changes {
  /** As they are now. */
  jobs: Card[];
  /** Ids. */
  removed: string[];
  counts: Counts;
}

/** One of the clips that were made from each other. */
export interface Relative {
  id: string;
  /** Id of the clip it was made from, which may have been deleted. */
  source: string | null;
  operation: Operation;
  prompt: string;
  status: Status;
}

export interface Details {
  /** The resource of the Videos API. */
  video: Record<string, unknown>;
  operation: Operation;
  /** Every clip comes after the one it was made from. */
  family: Relative[];
  /** Null where nobody keeps accounts, or they cannot be read. */
  facts: ClipFacts | null;
}

/** What others know of a clip. */
export interface ClipFacts {
  /** US dollars; left out where the price is not known. */
  usd?: number;
  isFree: boolean;
  /** Where the clip's file was published. */
  published: { url: string }[];
}

/** What the form offers. */
export interface Choices {
  /** From the names that a request may give to what makes the clip, which is `provider/model` where that costs money. */
  models: Readonly<Record<string, string>>;
  seconds: readonly string[];
  sizes: readonly string[];
}
