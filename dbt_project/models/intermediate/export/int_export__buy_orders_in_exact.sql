-- One row per buy order made in Optiply that carries a remote id, so that it stands in Exact already (X1).
with

buy_orders as (
    select optiply_buy_order_id, remote_id, remote_id_map
    from {{ ref('int_export__orders_in_optiply') }}
    where is_created_from_public_api is not true
),

named as (
    select
        optiply_buy_order_id,
        coalesce(
            remote_id,
            -- {"<coupling id>": "<remote id>"}; a list, or text that is no JSON object, tells remote ids too:
            -- better no order than two
            case
                when json_valid(remote_id_map) and json_type(remote_id_map) in ('OBJECT', 'ARRAY')
                    then list_min(
                        list_filter(
                            list_concat(
                                json_extract_string(remote_id_map, '$.*'),
                                json_extract_string(remote_id_map, '$[*]')
                            ),
                            lambda element: trim(element) <> ''
                        )
                    )
                when json_valid(remote_id_map) and json_type(remote_id_map) = 'NULL' then null
                else remote_id_map
            end
        ) as remote_id
    from buy_orders
),

in_exact as (
    select optiply_buy_order_id, remote_id
    from named
    where remote_id is not null
)

select * from in_exact
