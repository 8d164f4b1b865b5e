-- One row per part of a composed product, as Optiply should hold it.
with

verdicts as (
    select remote_id, composed_item_id, part_item_id, part_quantity, rule_id
    from {{ ref('int_compositions__verdicts') }}
)

select
    remote_id,
    composed_item_id as composed_product_remote_id,
    part_item_id as part_product_remote_id,
    part_quantity
from verdicts
where rule_id is null
