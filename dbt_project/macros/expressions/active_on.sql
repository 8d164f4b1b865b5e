{#- Whether a period from start to end (dates, both included, NULL is open) holds a day. -#}
{% macro active_on(start_date, end_date, day) -%}
    (({{ start_date }} is null or {{ start_date }} <= {{ day }}) and ({{ end_date }} is null or {{ end_date }} >= {{ day }}))
{%- endmacro %}
