/** What is read of the report that `jest --json` writes. */
export interface JestReport {
  readonly testResults: readonly {
    /** Path of the file. */
    readonly name: string;
    readonly status: string;
    /** Why the file did not run, where it did not. */
    readonly message: string;
    readonly assertionResults: readonly JestTest[];
  }[];
}

export interface JestTest {
  /** Titles of the blocks around the test, outermost first. */
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  /** `passed`, `failed`, or one of several words for a test that did not run. */
  readonly status: string;
}
