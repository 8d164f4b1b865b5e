{#- The checked value of one flag, for Jinja; a wrong one stops at parse and is named (F1). In SQL: flag_sql. -#}
{% macro flag(name) -%}
    {%- set value = var(name) -%}
    {%- set problem = flag_problem(name, value) -%}
    {%- if problem -%}
        {%- do exceptions.raise_compiler_error('flag ' ~ name ~ ' ' ~ problem ~ ' (it is ' ~ value | tojson ~ ')') -%}
    {%- endif -%}
    {{ return(value) }}
{%- endmacro %}


{#- The checked value of one flag as a SQL literal: true, 20, 'text', ['a', 'b']::varchar[], null. -#}
{% macro flag_sql(name) -%}
    {{ literal(flag(name)) }}
{%- endmacro %}
