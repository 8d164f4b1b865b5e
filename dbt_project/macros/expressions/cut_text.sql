{#- C3: at most `characters` characters, what Optiply takes in name, skuCode, articleCode and eanCode. -#}
{% macro cut_text(expression, characters=255) -%}
    rtrim(left({{ expression }}, {{ characters }}))
{%- endmacro %}
