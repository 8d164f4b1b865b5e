{#- Whether an entity is sent at all, as a SQL boolean: its own switch, and sync_sell_orders_only (SO13), which
    leaves nothing but sell orders. -#}
{% macro plan_is_on(entity) -%}
    {{ literal(flag('sync_' ~ entity) and (entity == 'sellOrders' or not flag('sync_sell_orders_only'))) }}
{%- endmacro %}
