{#- The table and view materializations of this project. dbt-duckdb's build the new relation beside the old one, rename
    both and drop one: three statements and as many looks into the catalog per model, which cost a run of small
    changes more than its queries. DuckDB's DDL is transactional, so here old and new change places in one
    transaction: a build that dies leaves the old relation as it was. -#}
{% macro replaced(relation_type) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set target = this.incorporate(type=relation_type) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- call statement('main') -%}
        {% if existing is not none -%} drop {{ existing.type }} if exists {{ existing }}; {%- endif %}
        {% if relation_type == 'view' -%}
        {{ create_view_as(target, sql) }}
        {%- else -%}
        {{ create_table_as(False, target, compiled_code, 'sql') }}
        {%- endif %}
    {%- endcall -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [target]}) }}
{%- endmacro %}


{% materialization table, adapter='duckdb', supported_languages=['sql'] -%}
    {{ return(replaced('table')) }}
{%- endmaterialization %}


{% materialization view, adapter='duckdb' -%}
    {{ return(replaced('view')) }}
{%- endmaterialization %}
