-- One row per line of a wanted buy order: its value without VAT (BO1), in the division's currency or, with
-- map_buyOrders_AmountFC, in the order's. Where line amounts hold VAT their sum is the header's AmountFC
-- (SO7).
with

documents as (
    select remote_id, amount_fc, amount_excl_vat_fc
    from {{ ref('int_buy_orders__documents') }}
),

lines as (
    select line_id, remote_id, amount_fc, amount_dc, vat_amount_fc, is_deleted
    from {{ ref('int_buy_orders__lines') }}
),

line_totals as (
    select remote_id, sum(amount_fc) as lines_amount_fc
    from lines
    where not is_deleted  -- the header's amounts no longer hold them
    group by remote_id
),

-- compared in whole cents: Exact's amounts are doubles
documents_with_vat_in_lines as (
    select documents.remote_id
    from documents
    inner join line_totals on documents.remote_id = line_totals.remote_id
    where
        round(line_totals.lines_amount_fc, 2) = round(documents.amount_fc, 2)
        and round(line_totals.lines_amount_fc, 2) is distinct from round(documents.amount_excl_vat_fc, 2)
),

chosen_amounts as (
    select
        line_id,
        remote_id,
        amount_fc,
        vat_amount_fc,
        if({{ flag_sql('map_buyOrders_AmountFC') }}, amount_fc, amount_dc) as amount
    from lines
),

line_values as (
    select
        chosen_amounts.line_id,
        chosen_amounts.amount is null as is_amount_missing,
        documents_with_vat_in_lines.remote_id is not null as is_vat_removed,
        coalesce(chosen_amounts.amount, 0)
        * if(
            documents_with_vat_in_lines.remote_id is null,
            1,
            coalesce(1 - chosen_amounts.vat_amount_fc / nullif(chosen_amounts.amount_fc, 0), 1)
        ) as value_excl_vat
    from chosen_amounts
    left join documents_with_vat_in_lines on chosen_amounts.remote_id = documents_with_vat_in_lines.remote_id
)

select line_id, is_amount_missing, is_vat_removed, {{ money('value_excl_vat') }} as subtotal_value
from line_values
