{#- Whether so many of the known records are hit that a person must say yes first: more than mass_delete_limit
    percent of them, and at least 20. -#}
{% macro brake_is_tripped(hit_count, known_count) -%}
    ({{ hit_count }} >= 20 and {{ hit_count }} * 100 > {{ flag_sql('mass_delete_limit') }} * {{ known_count }})
{%- endmacro %}
