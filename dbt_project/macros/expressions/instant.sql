{#- C1: an instant that Exact sent in Dutch local time, as a naive UTC timestamp. In the hour that comes
    twice in autumn the later one is taken: read as newer it is at worst sent again. -#}
{% macro instant(column) -%}
    (({{ column }} at time zone {{ flag_sql('exact_timezone') }}) at time zone 'UTC')
{%- endmacro %}
