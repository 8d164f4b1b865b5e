-- One row per composed item and part of the chosen BOM source: its quantity, before rounding and whole (PC4).
with

materials as (
    select
        remote_id, composed_item_id, part_item_id, exact_material_id, created_at, part_qty, has_unusable_batch
    from {{ ref('int_compositions__materials') }}
    -- those without an item are listed by themselves (C9)
    where is_chosen and gone_reason is null and remote_id is not null
),

item_factors as (
    select exact_item_id, unit_factor from {{ ref('int_units__item_factors') }}
),

summed as (
    select
        remote_id,
        composed_item_id,
        part_item_id,
        min(created_at) as created_at,
        min(exact_material_id) as first_material_id,
        sum(part_qty) as part_qty,
        bool_or(has_unusable_batch) as has_unusable_batch
    from materials
    group by remote_id, composed_item_id, part_item_id
),

converted as (
    select
        summed.*,
        summed.part_qty * coalesce(parts.unit_factor, 1.0) / coalesce(composed.unit_factor, 1.0)
            as converted_qty
    from summed
    left join item_factors as parts on summed.part_item_id = parts.exact_item_id
    left join item_factors as composed on summed.composed_item_id = composed.exact_item_id
),

-- to 6 decimals, so that three thirds as a double are 1; far above any real quantity it stays where it is
exact_quantities as (
    select
        *,
        cast(
            case
                when converted_qty > 99999999999 then 99999999999
                when converted_qty < 0 then 0
                else converted_qty
            end as decimal(28, 6)
        ) as part_stock_qty
    from converted
)

select
    remote_id,
    composed_item_id,
    part_item_id,
    created_at,
    first_material_id,
    has_unusable_batch,
    part_stock_qty,
    case when part_stock_qty > 0 then greatest(cast(round(part_stock_qty) as bigint), 1) end as part_quantity
from exact_quantities
