-- Corner shop: segmentation 'waterfall', version 1.
-- Definition 0000000000000000000000000000000000000000000000000000000000000000.
-- Looks from 2024-10-01: orders after it are left out. To look from another day: --as-of.
-- Makes segment_waterfall_features and segment_waterfall_assignments anew. For other names: --prefix.
-- Times are in Europe/Paris, amounts in EUR.
-- Scores:
--   rules are tried in order, and the first that holds takes the customer
--   a comparison with what is unknown is unknown, and so is its opposite; what is unknown does not hold
--   from … to … takes in both ends
-- Segments:
--   Big 'n' back\slash: rule 1: spend is more than 500.50 and orders is at least 4
--   Weekend: rule 2, of those whom no rule before it took: weekend_share is more than 0.3
--   Everyone else: all others: none of rules 1 to 2 holds

-- Needs these tables, cleaned as the study cleans them (other columns are not looked at):
--   orders: one row an order, returns apart
--     customer_id: text
--     is_return: boolean, true for what was returned or cancelled
--     ordered_at: timestamp without zone, on the shop's own clock
--     ordered_on: date, the day of ordered_at
--     amount: decimal, what the row is worth, negative for returns; null where there are no amounts

-- 1. Features: one row a customer, in these steps:
--   known_orders: what was known on the day, of those who had bought by then
--   clock_features: one row a customer. Shares of the customer's orders, 0 to 1, in the business zone: weekend
--       is Saturday and Sunday, morning ends at 12:00, evening starts at 18:00.
--   rfm_features: one row a customer. recency_days: days from the last order to as_of. orders: count, returns
--       are none. spend: study currency, net of returns; null where the orders carry no amounts.
DROP TABLE IF EXISTS segment_waterfall_features;
CREATE TABLE segment_waterfall_features
USING PARQUET AS
WITH known_orders AS (
  SELECT
    *
  FROM orders
  WHERE
    ordered_on <= CAST('2024-10-01' AS DATE)
    AND customer_id IN (SELECT customer_id FROM orders WHERE NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE))
), clock_features__stamped AS (
  SELECT
    customer_id,
    DATEDIFF(DAY, CAST('1900-01-01' AS DATE), ordered_on) % 7 AS weekday,
    EXTRACT(HOUR FROM ordered_at) AS hour_of_day
  FROM known_orders AS orders
  WHERE
    NOT is_return
), clock_features__counted AS (
  SELECT
    customer_id,
    COUNT(*) AS orders,
    CAST(SUM(CASE WHEN weekday >= 5 THEN 1 ELSE 0 END) AS DOUBLE) AS weekend,
    CAST(SUM(CASE WHEN hour_of_day < 12 THEN 1 ELSE 0 END) AS DOUBLE) AS morning,
    CAST(SUM(CASE WHEN hour_of_day >= 18 THEN 1 ELSE 0 END) AS DOUBLE) AS evening
  FROM clock_features__stamped AS stamped
  GROUP BY
    customer_id
), clock_features AS (
  SELECT
    customer_id,
    FLOOR(weekend / orders * 1000000 + 0.5) / 1000000 AS weekend_share,
    FLOOR(morning / orders * 1000000 + 0.5) / 1000000 AS morning_share,
    FLOOR(evening / orders * 1000000 + 0.5) / 1000000 AS evening_share
  FROM clock_features__counted AS counted
), rfm_features AS (
  SELECT
    customer_id,
    DATEDIFF(
      DAY,
      MAX(CASE WHEN is_return THEN NULL ELSE ordered_on END),
      CAST('2024-10-01' AS DATE)
    ) AS recency_days,
    COUNT(CASE WHEN is_return THEN NULL ELSE 1 END) AS orders,
    SUM(amount) AS spend
  FROM known_orders AS orders
  GROUP BY
    customer_id
)
SELECT
  rfm_features.customer_id,
  rfm_features.recency_days,
  rfm_features.orders,
  rfm_features.spend,
  clock_features.weekend_share
FROM rfm_features
LEFT JOIN clock_features
  ON rfm_features.customer_id = clock_features.customer_id;

-- 2. Segments: one row a customer, by the constants of the definition; nothing is fitted here.
DROP TABLE IF EXISTS segment_waterfall_assignments;
CREATE TABLE segment_waterfall_assignments
USING PARQUET AS
WITH scoring_1 AS (
  SELECT
    customer_id,
    CASE
      WHEN (spend > 500.5 AND orders >= 4)
      THEN 'big_n_back_slash'
      WHEN weekend_share > CAST('0.3' AS DOUBLE)
      THEN 'weekend'
      ELSE 'everyone_else'
    END AS segment_id
  FROM segment_waterfall_features AS features
)
SELECT
  customer_id,
  segment_id,
  CASE
    WHEN segment_id = 'big_n_back_slash'
    THEN 'Big \'n\' back\\slash'
    WHEN segment_id = 'weekend'
    THEN 'Weekend'
    WHEN segment_id = 'everyone_else'
    THEN 'Everyone else'
  END AS segment_name,
  CAST(1 AS DOUBLE) AS probability,
  CAST('0000000000000000000000000000000000000000000000000000000000000000' AS STRING) AS definition,
  CAST('2024-10-01' AS DATE) AS as_of
FROM scoring_1;

-- 3. Profile: size and share of each segment, and its means of what the definition reads.
SELECT
  a.segment_id,
  a.segment_name,
  COUNT(*) AS customers,
  CAST(COUNT(*) AS DOUBLE) / SUM(COUNT(*)) OVER () AS customer_share,
  AVG(CAST(f.spend AS DOUBLE)) AS mean_spend,
  AVG(CAST(f.orders AS DOUBLE)) AS mean_orders,
  AVG(CAST(f.weekend_share AS DOUBLE)) AS mean_weekend_share
FROM segment_waterfall_assignments AS a
INNER JOIN segment_waterfall_features AS f
  ON a.customer_id = f.customer_id
GROUP BY
  a.segment_id,
  a.segment_name
ORDER BY
  customers DESC,
  a.segment_id NULLS LAST;

-- 4. Validation: every customer exactly once, from orders to segments. All rows must say ok.
SELECT
  check_number,
  check_name,
  found,
  wanted,
  CASE WHEN found = wanted THEN 'ok' ELSE 'DIFFERS' END AS verdict
FROM (
  SELECT
    1 AS check_number,
    'customers with an order have features' AS check_name,
    (SELECT COUNT(*) FROM segment_waterfall_features) AS found,
    (
      SELECT
        COUNT(DISTINCT customer_id)
      FROM orders
      WHERE
        NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE)
    ) AS wanted
  UNION ALL
  SELECT
    2 AS check_number,
    'features have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_waterfall_features) AS found,
    (SELECT COUNT(*) FROM segment_waterfall_features) AS wanted
  UNION ALL
  SELECT
    3 AS check_number,
    'who has features is assigned' AS check_name,
    (SELECT COUNT(*) FROM segment_waterfall_assignments) AS found,
    (SELECT COUNT(*) FROM segment_waterfall_features) AS wanted
  UNION ALL
  SELECT
    4 AS check_number,
    'assignments have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_waterfall_assignments) AS found,
    (SELECT COUNT(*) FROM segment_waterfall_assignments) AS wanted
  UNION ALL
  SELECT
    5 AS check_number,
    'each has a segment' AS check_name,
    (SELECT COUNT(segment_id) FROM segment_waterfall_assignments) AS found,
    (SELECT COUNT(*) FROM segment_waterfall_assignments) AS wanted
) AS checks
ORDER BY
  check_number NULLS LAST;

-- 5. Validation: every segment of the definition with its customers, also those with none.
SELECT
  s.place,
  s.segment_id,
  s.segment_name,
  COUNT(a.customer_id) AS customers
FROM (
  SELECT
    1 AS place,
    'big_n_back_slash' AS segment_id,
    'Big \'n\' back\\slash' AS segment_name
  UNION ALL
  SELECT
    2 AS place,
    'weekend' AS segment_id,
    'Weekend' AS segment_name
  UNION ALL
  SELECT
    3 AS place,
    'everyone_else' AS segment_id,
    'Everyone else' AS segment_name
) AS s
LEFT JOIN segment_waterfall_assignments AS a
  ON s.segment_id = a.segment_id
GROUP BY
  s.place,
  s.segment_id,
  s.segment_name
ORDER BY
  s.place NULLS LAST;
