-- One row per item with a price in the tenant's price list that holds today: that price per stock unit (P11).
with

discounts as (
    select
        exact_volume_discount_id, exact_price_list_period_id, exact_item_id, exact_item_group_id,
        entry_method_code, exact_base_price_id, base_price_per_price_unit, discount_fraction,
        new_price_per_price_unit, price_unit_code, stock_units_per_price_unit, from_qty, modified_at
    from {{ ref('stg_exact__sales_price_list_volume_discounts') }}
),

deleted_discounts as (
    select exact_id from {{ ref('int_deletions__rows') }}
    where stream = 'sales_price_list_volume_discounts'
),

active_periods as (
    select exact_price_list_period_id, is_special_offer, start_date
    from {{ ref('int_prices__active_price_list_periods') }}
),

items as (
    select exact_item_id, exact_item_group_id, unit_code from {{ ref('stg_exact__items') }}
),

standard_prices as (
    select exact_item_id, standard_sales_price_per_stock_unit
    from {{ ref('int_prices__standard_sales_prices') }}
),

active_discounts as (
    select discounts.*, active_periods.is_special_offer, active_periods.start_date
    from discounts
    inner join active_periods
        on discounts.exact_price_list_period_id = active_periods.exact_price_list_period_id
    anti join deleted_discounts on discounts.exact_volume_discount_id = deleted_discounts.exact_id
),

-- a row of an item group holds for all its items
offered_items as (
    select
        active_discounts.exact_volume_discount_id, items.exact_item_id, items.unit_code, true as is_of_item
    from active_discounts
    inner join items on active_discounts.exact_item_id = items.exact_item_id
    union all
    select
        active_discounts.exact_volume_discount_id, items.exact_item_id, items.unit_code, false as is_of_item
    from active_discounts
    inner join items on active_discounts.exact_item_group_id = items.exact_item_group_id
    where active_discounts.exact_item_id is null
),

priced as (
    select
        active_discounts.* exclude (exact_item_id),
        offered_items.exact_item_id,
        offered_items.is_of_item,
        -- the standard sales price is per stock unit, whatever unit the row names
        coalesce(lower(active_discounts.price_unit_code) <> lower(offered_items.unit_code), false)
        and (active_discounts.entry_method_code = 2 or active_discounts.exact_base_price_id is not null)
            as is_other_unit,
        case
            when active_discounts.entry_method_code = 2 then active_discounts.new_price_per_price_unit
            else
                (1 - coalesce(active_discounts.discount_fraction, 0))
                * case
                    when active_discounts.exact_base_price_id is null
                        then standard_prices.standard_sales_price_per_stock_unit
                    else active_discounts.base_price_per_price_unit
                end
        end as price_per_price_unit
    from offered_items
    inner join active_discounts
        on offered_items.exact_volume_discount_id = active_discounts.exact_volume_discount_id
    left join standard_prices on offered_items.exact_item_id = standard_prices.exact_item_id
),

chosen as (
    select
        exact_item_id, exact_volume_discount_id, price_per_price_unit, is_other_unit,
        stock_units_per_price_unit
    from priced
    where price_per_price_unit is not null
    qualify row_number() over (
        partition by exact_item_id
        order by
            is_special_offer desc, is_of_item desc, coalesce(from_qty, 0) asc, start_date desc nulls last,
            modified_at desc nulls last, exact_volume_discount_id asc
    ) = 1
)

select
    exact_item_id,
    exact_volume_discount_id,
    case
        when is_other_unit then price_per_price_unit / {{ positive_or_one('stock_units_per_price_unit') }}
        else price_per_price_unit
    end as price_per_stock_unit,
    is_other_unit and (stock_units_per_price_unit > 0) is not true as has_unusable_unit_count
from chosen
