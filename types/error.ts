/** Everything a caller or a model may branch on. */
export type ErrorCode =
  | 'aborted'
  | 'bad_request'
  | 'disk_full'
  | 'expired'
  | 'file_exists'
  | 'file_not_found'
  | 'gone'
  | 'internal'
  | 'invalid_argument'
  | 'invalid_configuration'
  | 'invalid_media'
  | 'invalid_response'
  | 'job_failed'
  | 'missing_package'
  | 'model_failed'
  | 'moderation_blocked'
  | 'not_approved'
  | 'not_found'
  | 'not_ready'
  | 'outcome_unknown'
  | 'outside_workspace'
  | 'over_budget'
  | 'publish_failed'
  | 'rate_limited'
  | 'retired'
  | 'seconds_required'
  | 'server_error'
  | 'server_unreachable'
  | 'step_limit'
  | 'storage_failed'
  | 'superseded'
  | 'unauthorized'
  | 'unknown_tool'
  | 'unsupported'
  | 'window_full';

/** A failure as tools, agents and the command line report it. */
export interface ErrorReport {
  code: ErrorCode;
  message: string;
  submitted: 'no' | 'yes' | 'unknown';
  job_id?: string;
  billed: 'no' | 'likely' | 'unknown';
  retryable: boolean;
  next_step?: string;
}
