import { BinaryWriter } from '@bufbuild/protobuf/wire';

import {
  extensionsOf,
  type SwaggerDocument,
  type SwaggerOperation,
  type SwaggerParameter,
  type SwaggerPath,
  type SwaggerSchema,
} from './swagger.js';

/**
 * A Swagger document as gnostic's protobuf message openapi.v2.Document, the only form in
 * which kubectl asks for it. Field numbers: OpenAPIv2.proto of github.com/google/gnostic.
 */
export function encodeGnostic(document: SwaggerDocument): Uint8Array {
  const writer = new BinaryWriter();
  text(writer, 1, document.swagger);
  message(writer, 2, (info) => {
    text(info, 1, document.info.title);
    text(info, 2, document.info.version);
  });
  message(writer, 8, (paths) => named(paths, 2, document.paths, writePath));
  message(writer, 9, (definitions) => named(definitions, 1, document.definitions, writeSchema));
  return writer.finish();
}

function writePath(writer: BinaryWriter, path: SwaggerPath): void {
  const numbers = { get: 2, put: 3, post: 4, delete: 5, patch: 8 } as const;
  for (const [method, number] of Object.entries(numbers) as [keyof typeof numbers, number][]) {
    const item = path[method];
    if (item) message(writer, number, (inner) => writeOperation(inner, item));
  }
  for (const parameter of path.parameters ?? []) message(writer, 9, (item) => writeParameter(item, parameter));
}

function writeOperation(writer: BinaryWriter, operation: SwaggerOperation): void {
  text(writer, 3, operation.description);
  text(writer, 5, operation.operationId);
  for (const type of operation.produces) text(writer, 6, type);
  for (const type of operation.consumes) text(writer, 7, type);
  for (const parameter of operation.parameters ?? []) message(writer, 8, (item) => writeParameter(item, parameter));
  message(writer, 9, (responses) =>
    named(responses, 1, operation.responses, (value, response) =>
      message(value, 1, (inner) => {
        text(inner, 1, response.description);
        const { schema } = response;
        if (schema) message(inner, 2, (item) => message(item, 1, (body) => writeSchema(body, schema)));
      }),
    ),
  );
  extensions(writer, 13, operation);
}

/** ParametersItem > Parameter > BodyParameter, or NonBodyParameter > one of its kinds. */
function writeParameter(writer: BinaryWriter, parameter: SwaggerParameter): void {
  message(writer, 1, (outer) => {
    if (parameter.in === 'body') {
      message(outer, 1, (body) => {
        text(body, 2, parameter.name);
        text(body, 3, 'body');
        flag(body, 4, parameter.required);
        const { schema } = parameter;
        if (schema) message(body, 5, (inner) => writeSchema(inner, schema));
      });
      return;
    }
    const isQuery = parameter.in === 'query';
    message(outer, 2, (nonBody) =>
      message(nonBody, isQuery ? 3 : 4, (inner) => {
        flag(inner, 1, parameter.required);
        text(inner, 2, parameter.in);
        text(inner, 4, parameter.name);
        text(inner, isQuery ? 6 : 5, parameter.type);
      }),
    );
  });
}

function writeSchema(writer: BinaryWriter, schema: SwaggerSchema): void {
  text(writer, 1, schema.$ref);
  text(writer, 2, schema.format);
  text(writer, 4, schema.description);
  for (const name of schema.required ?? []) text(writer, 19, name);
  const { additionalProperties, type, items, properties } = schema;
  if (additionalProperties) message(writer, 21, (item) => message(item, 1, (inner) => writeSchema(inner, additionalProperties)));
  if (type) message(writer, 22, (item) => text(item, 1, type));
  if (items) message(writer, 23, (item) => message(item, 1, (inner) => writeSchema(inner, items)));
  if (properties) message(writer, 25, (item) => named(item, 1, properties, writeSchema));
  extensions(writer, 31, schema);
}

/** Vendor extensions: NamedAny whose value is YAML text; JSON is YAML. */
function extensions(writer: BinaryWriter, number: number, item: object): void {
  for (const [name, value] of extensionsOf(item)) {
    message(writer, number, (entry) => {
      text(entry, 1, name);
      message(entry, 2, (any) => text(any, 2, JSON.stringify(value)));
    });
  }
}

/** gnostic's maps: repeated (name = 1, value = 2). */
function named<T>(
  writer: BinaryWriter,
  number: number,
  entries: Record<string, T>,
  write: (writer: BinaryWriter, value: T) => void,
): void {
  for (const [name, value] of Object.entries(entries)) {
    message(writer, number, (entry) => {
      text(entry, 1, name);
      message(entry, 2, (inner) => write(inner, value));
    });
  }
}

function message(writer: BinaryWriter, number: number, write: (writer: BinaryWriter) => void): void {
  writer.uint32((number << 3) | 2).fork();
  write(writer);
  writer.join();
}

function text(writer: BinaryWriter, number: number, value: string | undefined): void {
  if (value !== undefined && value !== '') writer.uint32((number << 3) | 2).string(value);
}

function flag(writer: BinaryWriter, number: number, value: boolean | undefined): void {
  if (value) writer.uint32(number << 3).bool(true);
}
