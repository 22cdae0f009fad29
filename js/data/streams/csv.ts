// SPDX-License-Identifier: Apache-2.0
// Elements of CSV files: objects with a property per column.
import type { TensorContainer, TensorContainerObject } from '../../common.js';
import { check, TfwasmError } from '../../core/errors.js';
import type { ColumnConfig, CSVConfig } from '../types.js';
import { checkDelimiter, readRows, type Row } from './csv-rows.js';
import { DONE, type LazyIterator } from './lazy-iterator.js';
import type { StringIterator } from './text.js';

/** Where a value goes, and how it is converted. */
interface Column {
  index: number;
  name: string;
  config: ColumnConfig;
}

const DTYPES: readonly unknown[] = [undefined, null, 'float32', 'int32', 'bool', 'string'];

/** The names of the columns that elements have. Reads the header. Throws E_INPUT. */
export async function readColumnNames(text: StringIterator, config: CSVConfig): Promise<string[]> {
  const { names } = await openRows(text, config);
  await text.return();
  if (config.configuredColumnsOnly) return Object.keys(config.columnConfigs ?? {});
  return names;
}

/**
 * The elements of a CSV file: {column: value}, or {xs, ys} if a column is a label.
 *
 * @throws E_INPUT, for rows with the line number.
 */
export async function readCsv(text: StringIterator, config: CSVConfig): Promise<LazyIterator<TensorContainer>> {
  const { rows, names } = await openRows(text, config);
  const columns = chosenColumns(names, config);
  const labels = columns.filter((column) => column.config.isLabel);
  const features = columns.filter((column) => !column.config.isLabel);
  const skipsEmpty = names.length > 1 || config.delimWhitespace === true;
  return rows.derive('Csv', async () => {
    for (;;) {
      const row = await rows.next();
      if (row.done) return DONE;
      const { fields, line } = row.value;
      if (skipsEmpty && isEmpty(fields)) continue;
      check(
        fields.length === names.length,
        () =>
          `line ${line}: Invalid row in csv file. Should have ${names.length} elements in a row, but got ${fields.length}`,
      );
      const xs = valuesOf(features, row.value);
      return { value: labels.length > 0 ? { xs, ys: valuesOf(labels, row.value) } : xs, done: false };
    }
  });
}

function valuesOf(columns: readonly Column[], { fields, line }: Row): TensorContainerObject {
  // Assigning a value could set the prototype.
  return Object.fromEntries(
    columns.map((column) => [column.name, convert(fields[column.index] as string, column, line)]),
  ) as TensorContainerObject;
}

const isEmpty = (fields: readonly string[]): boolean => fields.length === 1 && fields[0] === '';

interface OpenRows {
  rows: LazyIterator<Row>;
  names: string[];
}

async function openRows(text: StringIterator, config: CSVConfig): Promise<OpenRows> {
  try {
    const rows = readRows(text, checkDelimiter(config.delimiter, config.delimWhitespace));
    const header = config.hasHeader === false ? undefined : await readHeader(rows);
    const names = namesOf(header, config.columnNames);
    checkColumns(names, config.columnConfigs ?? {});
    return { rows, names };
  } catch (error) {
    await text.return();
    throw error;
  }
}

async function readHeader(rows: LazyIterator<Row>): Promise<string[]> {
  for (;;) {
    const row = await rows.next();
    if (row.done) throw new TfwasmError('E_INPUT', 'No data was found for CSV parsing.');
    if (!isEmpty(row.value.fields)) return row.value.fields;
  }
}

function namesOf(header: string[] | undefined, given: string[] | null | undefined): string[] {
  if (given === undefined || given === null) {
    if (header) return header;
    throw new TfwasmError('E_INPUT', 'Column names must be provided if there is no header line.');
  }
  check(
    Array.isArray(given) && given.every((name) => typeof name === 'string'),
    'columnNames has to be a list of texts',
  );
  check(
    header === undefined || header.length === given.length,
    () =>
      `The length of provided columnNames (${given.length}) does not match the length of the header line read from ` +
      `file (${header?.length}).`,
  );
  return [...given];
}

function checkColumns(names: readonly string[], configs: Readonly<Record<string, ColumnConfig>>): void {
  const known = new Set<string>();
  for (const name of names) {
    check(!known.has(name), () => `Duplicate column names found: ${name}`);
    known.add(name);
  }
  for (const [name, config] of Object.entries(configs)) {
    check(
      known.has(name),
      () => `The key "${name}" provided in columnConfigs does not match any of the column names (${names.join(', ')}).`,
    );
    check(
      DTYPES.includes(config?.dtype),
      () => `column "${name}": the dtype has to be float32, int32, bool or string, got ${String(config.dtype)}`,
      'E_DTYPE',
    );
  }
}

function chosenColumns(names: readonly string[], { columnConfigs, configuredColumnsOnly }: CSVConfig): Column[] {
  const configs = columnConfigs ?? {};
  return names.flatMap((name, index) => {
    const config = Object.hasOwn(configs, name) ? configs[name] : undefined;
    return config || !configuredColumnsOnly ? [{ index, name, config: config ?? {} }] : [];
  });
}

function convert(field: string, { name, config }: Column, line: number): unknown {
  const { dtype, required, isLabel, default: value } = config;
  if (field.trim() === '' && (field === '' || dtype !== 'string')) {
    if (value !== undefined) return value;
    check(!required && !isLabel, () => `line ${line}: Required column ${name} is empty`);
    return undefined;
  }
  if (dtype === 'string') return field;
  if (dtype === 'bool') return /^(1|true)$/i.test(field.trim()) ? 1 : 0;
  const number = Number(field);
  if (Number.isNaN(number)) return field;
  return dtype === 'int32' ? Math.floor(number) : number;
}
