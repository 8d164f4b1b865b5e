{#- Why the brake holds a row, in words: '45 of 100 leaving, limit 20 %'. -#}
{% macro brake_reason(measure, hit_count, known_count) -%}
    {{ hit_count }} || ' of ' || {{ known_count }} || ' ' || {{ measure }} || ', limit ' || {{ flag_sql('mass_delete_limit') }} || ' %'
{%- endmacro %}
