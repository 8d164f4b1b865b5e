{#- A factor that divides: NULL, 0 and negative count as 1 (P10, SP: listed where it happens). -#}
{% macro positive_or_one(expression) -%}
    case when {{ expression }} > 0 then {{ expression }} else 1 end
{%- endmacro %}
