{#- One SQL literal from a Python value. Quotes are doubled, so no text can end its own literal. -#}
{% macro literal(value) -%}
    {%- if value is none -%}
        null
    {%- elif value is boolean -%}
        {{ 'true' if value else 'false' }}
    {%- elif value is number -%}
        {{ value }}
    {%- elif value is string -%}
        '{{ value | replace("'", "''") }}'
    {%- elif is_list(value) -%}
        {%- set parts = [] -%}
        {%- for element in value -%}
            {%- do parts.append(literal(element) | trim) -%}
        {%- endfor -%}
        [{{ parts | join(', ') }}]::varchar[]
    {%- else -%}
        {%- do exceptions.raise_compiler_error('no SQL literal for ' ~ value | tojson) -%}
    {%- endif -%}
{%- endmacro %}
