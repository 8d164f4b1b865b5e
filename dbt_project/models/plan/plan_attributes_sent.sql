-- One row per entity and attribute that is sent and compared under the present flags (C6).
{%- set entities = [
    'products', 'productCompositions', 'suppliers', 'supplierProducts', 'sellOrders', 'buyOrders', 'buyOrderLines',
    'receiptLines',
] %}
with

attributes as (
    {%- for entity in entities %}
        select
            '{{ entity }}' as entity,
            unnest({{ plan_attributes(entity) | map(attribute='name') | list }}) as attribute_name
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from attributes
