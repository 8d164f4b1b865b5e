{#- P18: rows (class name such as class_01, value, status) from assortments. -#}
{% macro assortments_rows() -%}
    {%- set rows = [] -%}
    {%- for class_name, statuses in (flag('assortments') or {}).items() -%}
        {%- for code, status in statuses.items() -%}
            {%- do rows.append(
                'select ' ~ literal(class_name | lower) ~ ', ' ~ literal(code | trim) ~ ', ' ~ literal(status)
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ rows | join(' union all ') if rows else 'select null::varchar, null::varchar, null::varchar where false' }}
{%- endmacro %}
