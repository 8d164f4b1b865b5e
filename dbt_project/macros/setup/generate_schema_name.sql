{#- Schemas are exactly staging, intermediate, marts, plan: no target prefix, one warehouse per tenant. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else custom_schema_name | trim }}
{%- endmacro %}
