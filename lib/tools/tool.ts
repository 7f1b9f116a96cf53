import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type {
  ApprovalRequest,
  ArgumentsOf,
  ParametersSchema,
  Tool,
  ToolAnnotations,
  ToolContext,
  ToolResult,
} from '../../types/tool.ts';
import { VideoToolsetError } from '../errors.ts';
import { leniently } from './leniently.ts';

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });

/** A model corrects a few at a time. */
const SHOWN_PROBLEMS = 5;

/** Of a tool that only looks. */
export const READS = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: true,
  costsMoney: false,
};

export interface ToolDefinition<S extends ParametersSchema> {
  name: string;
  title: string;
  description: string;
  parameters: S;
  annotations: ToolAnnotations;
  handler(args: ArgumentsOf<S>, context: ToolContext): Promise<ToolResult>;
  /** What the handler would ask a person for, found by the code that it asks with. @default it asks nothing */
  question?(args: ArgumentsOf<S>, context: ToolContext): Promise<ApprovalRequest | undefined>;
}

/** A tool out of one literal; the handler's argument types follow from the schema, and are checked before it runs. */
export function defineTool<const S extends ParametersSchema>({ handler, question, ...tool }: ToolDefinition<S>): Tool {
  // At the first call: a program that only lists the tools starts sooner.
  let isValid: ValidateFunction<ArgumentsOf<S>> | undefined;
  const checked = (input: unknown): ArgumentsOf<S> => {
    const args: unknown = leniently(tool.parameters, input);
    isValid ??= ajv.compile<ArgumentsOf<S>>(tool.parameters);
    if (isValid(args)) return args;
    throw invalidArguments(tool, isValid.errors ?? []);
  };
  return {
    ...tool,
    run: (input, context) => handler(checked(input), context),
    ...(question && { question: (input, context) => question(checked(input), context) }),
  };
}

function invalidArguments(
  tool: { name: string; parameters: ParametersSchema },
  errors: ErrorObject[],
): VideoToolsetError {
  const problems = [...new Set(errors.map((error) => describe(error, tool.parameters)))]
    .slice(0, SHOWN_PROBLEMS)
    .join('; ');
  const names = Object.keys(tool.parameters.properties).join(', ');
  return new VideoToolsetError('invalid_argument', `${tool.name}: ${problems}. Nothing was sent.`, {
    next_step: `Correct the arguments and call ${tool.name} again; it takes: ${names}.`,
  });
}

function describe({ instancePath, keyword, params, message }: ErrorObject, { properties }: ParametersSchema): string {
  const name = instancePath.slice(1).replaceAll('/', '.') || 'the arguments';
  if (keyword === 'additionalProperties')
    return `there is no parameter ${JSON.stringify(params.additionalProperty.slice(0, 80))}`;
  if (keyword === 'required') return `${params.missingProperty} is missing`;
  if (keyword === 'enum') return `${name} must be one of ${params.allowedValues.join(', ')}`;
  if (keyword === 'pattern')
    return `${name} does not have the form it needs: ${properties[name]?.description.replace(/\.$/, '')}`;
  if (keyword === 'type' && params.type === 'array') return `${name} must be a list, such as ["…", "…"]`;
  return `${name} ${message}`;
}
