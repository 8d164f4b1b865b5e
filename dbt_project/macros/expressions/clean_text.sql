{#- C3: text without control characters and without white space at its ends; nothing left is NULL. Control
    characters go first, or one at an end would keep the blanks behind it. Accents and emoji stay. -#}
{% macro clean_text(column) -%}
    nullif(
        regexp_replace(regexp_replace({{ column }}, '\p{Cc}', '', 'g'), '^[\s\p{Z}]+|[\s\p{Z}]+$', '', 'g'), ''
    )
{%- endmacro %}
