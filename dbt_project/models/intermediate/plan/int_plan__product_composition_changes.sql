-- One row per composition of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('productCompositions') %}
with

desired as (
    select *, {{ plan_fields(attributes) | indent(4) }} as fields
    from {{ ref('optiply_product_compositions') }}
    where {{ plan_is_on('productCompositions') }}
),

compared as (
    {{ plan_compared('productCompositions', attributes) | indent(4) }}
),

sent as (
    select
        if(is_known, 'update', 'create') as operation,
        remote_id,
        optiply_id,
        {{ plan_payload() }} as payload,
        payload_hash,
        composed_product_remote_id,
        part_product_remote_id,
        case when is_known then changed_attributes end as changed_attributes,
        case when is_known then {{ plan_reason_for_update() | indent(8) }} else 'new in Exact' end as reason,
    from compared
    where not is_known or changed_attributes is not null
),

product_composition_changes as (
    {%- set leaving = ref('int_compositions__leaving') %}
    {{ plan_with_deletes('productCompositions', leaving, 'productCompositions') | indent(4) }}
)

select * from product_composition_changes
