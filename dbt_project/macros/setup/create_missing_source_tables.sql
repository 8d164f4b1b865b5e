{#- Creates what is missing of the source tables (raw, ledger, runs), columns and types as the sources' YAML
    says: dbt then builds on a new file, with streams switched off, and unit tests find their inputs. Existing
    columns and rows are left alone. Runs while the hook is rendered, so also in `dbt compile`. -#}
{% macro create_missing_source_tables() -%}
    {%- if execute -%}
        {%- set present = {} -%}
        {%- for row in run_query(
            "select lower(schema_name || '.' || table_name), lower(column_name) from duckdb_columns() "
            ~ "where database_name = current_database()"
        ).rows -%}
            {%- do present.setdefault(row[0], []).append(row[1]) -%}
        {%- endfor -%}
        {%- for source in graph.sources.values() -%}
            {%- set table = (source.schema ~ '.' ~ source.identifier) | lower -%}
            {%- if table not in present -%}
                {%- set columns = [] -%}
                {%- for column in source.columns.values() -%}
                    {%- do columns.append(adapter.quote(column.name) ~ ' ' ~ column.data_type) -%}
                {%- endfor -%}
                {%- do run_query('create schema if not exists ' ~ adapter.quote(source.schema)) -%}
                {%- do run_query(
                    'create table if not exists ' ~ adapter.quote(source.schema) ~ '.'
                    ~ adapter.quote(source.identifier) ~ ' (' ~ columns | join(', ') ~ ')'
                ) -%}
            {%- else -%}
                {%- for column in source.columns.values() if column.name | lower not in present[table] -%}
                    {%- do run_query(
                        'alter table ' ~ adapter.quote(source.schema) ~ '.' ~ adapter.quote(source.identifier)
                        ~ ' add column if not exists ' ~ adapter.quote(column.name) ~ ' ' ~ column.data_type
                    ) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
