/** What was just begun may not be known everywhere at its provider, and a failure may be of the way or of the clip. */
const DOUBTFUL = [404, 500];
/** So often in a row, it is believed. */
const MOST_DOUBTS = 12;

/** @returns is an answer with this status, to a question about a clip, to be asked for over again? */
export function openDoubts(): (status: number | undefined) => boolean {
  let inARow = 0;
  return (status = 0) => {
    inARow = DOUBTFUL.includes(status) ? inARow + 1 : 0;
    return inARow > 0 && inARow < MOST_DOUBTS;
  };
}
