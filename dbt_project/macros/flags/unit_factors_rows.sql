{#- U: rows (unit code in lower case, unit name after conversion, factor) from unit_factors; none unless
    unit_filter is on. The short form {"gal": 3750} keeps the unit's name, which is then NULL here. -#}
{% macro unit_factors_rows() -%}
    {%- set factors = flag('unit_factors') if flag('unit_filter') else none -%}
    {%- for unit_code, entry in (factors or {}).items() -%}
        {%- set unit_name = entry.get('unit') if entry is mapping else none -%}
        {%- set factor = entry.factor if entry is mapping else entry %}
        select
            {{ literal(unit_code | trim | lower) }}, {{ literal(unit_name) }}::varchar, {{ literal(factor) }}::double
        {{ 'union all' if not loop.last }}
    {%- else %}
        select null::varchar, null::varchar, null::double where false
    {%- endfor -%}
{%- endmacro %}
